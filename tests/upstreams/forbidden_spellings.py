"""Every way that we know of to write an address that may not be called. `{p}` is the canaries' port."""

from __future__ import annotations


def _words(text: str) -> list[str]:
    """Words apart by white space; what follows a "# " on its own line is a remark."""
    return [word for line in text.splitlines() if not line.startswith("# ") for word in line.split()]


#: What an operating system's own reader takes for 127.0.0.1 or ::1: with the guard off, the canary hears these.
TAKEN_FOR_LOOPBACK = _words("""
127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7F000001 0X7F000001 0x7f.0x0.0x0.0x1 0x7f.1 0x7f.0.1 017700000001
0177.0.0.1 0177.1 0177.0.0.01 127.0.0.01 127.000.000.001 00000000177.0.0.1 0x7f.0.0.1 127.0x0.0.1 127.0.0.0x1 127.0.01
127.0x1 0x0000007f.1 [::1] [0:0:0:0:0:0:0:1] [0000::0001] [::0001] [0:0::1] localhost LOCALHOST LocalHost
""")

HOSTS = TAKEN_FOR_LOOPBACK + _words("""
# loopback and "this network" in other clothes
127.0.0.2 127.255.255.254 127.53 0 0.0.0.0 00 0x0 0x 0.0 0.0.0 000.000.000.000 0.1.2.3 0x00000000
# larger than 32 bits, cut off by some readers
6425673729 0x17f000001 383.0.0.1 127.0.0.257 127.0.65537 99999999999999999999
# dots
127.0.0.1. 127.0.0.1.. .127.0.0.1 127..0.0.1 127.0.0 127.0.0.1.0 2130706433. 127.1. 0x7f.1. localhost.
localhost.. .localhost local..host . ..
# percent-encoding
127%2e0%2e0%2e1 %31%32%37.0.0.1 127.0.0.1%00 127.0.0.1%2e localhost%2e localhost%00 %6cocalhost %5b::1%5d
127.0.0.1%23.example.com
# digits, dots and letters of other scripts
127。0。0。1 127．0．0．1 127｡0｡0｡1 １２７.0.0.1 ①②⑦.⓪.⓪.① 𝟏𝟐𝟕.𝟎.𝟎.𝟏 ١٢٧.٠.٠.١ ₁₂₇.₀.₀.₁ ¹²⁷.⁰.⁰.¹
ⓛⓞⓒⓐⓛⓗⓞⓢⓣ ｌｏｃａｌｈｏｓｔ lоcalhost localhoſt ＬＯＣＡＬＨＯＳＴ 127.0.0.1\u200b local\u00adhost [：：1]
xn--localhost-.localhost
# brackets and zones
[127.0.0.1] [::1%25lo] [::1%lo] [::1%251] [fe80::1%25eth0] [fe80::1%eth0] ::1 [::1 ::1] [[::1]] [::1]. [::1]x
[] [::1]] [0::0::1] [::1/128] [localhost] [::g] [1]
# IPv4 inside IPv6
[::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1] [::FFFF:127.0.0.1] [::ffff:169.254.169.254]
[::127.0.0.1] [::7f00:1] [::ffff:0:127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe]
[64:ff9b::10.0.0.1] [64:ff9b:1::127.0.0.1] [64:ff9b:1:7f00:0:1::] [2002:7f00:1::] [2002:7f00:0001::1]
[2002:a9fe:a9fe::1] [2002:5db8:d822::] [2001:0:7f00:1::1] [2001:0:4136:e378:8000:63bf:80ff:fffe]
[2a00:1450::5efe:7f00:1] [2a00:1450::200:5efe:10.0.0.1]
# other IPv6 that is not the public network
[::] [::0] [0::0] [fc00::1] [fd12:3456::1] [fd00:ec2::254] [fe80::1] [febf::1] [fec0::1] [ff02::1] [ff0e::1]
[100::1] [100:0:0:1::1] [2001:2::1] [2001:10::1] [2001:20::1] [2001:30::1] [2001:db8::1] [3fff::1]
[5f00::1] [4000::1] [8000::1] [e000::1] [1::1] [3ffe::1] [2620:4f:8000::1]
# other IPv4 that is not the public network, plain and respelled
10.0.0.1 10.1 012.0.0.1 0xa.0.0.1 167772161 172.16.0.1 172.31.255.255 192.168.0.1 192.168.257 3232235521
0xc0a80001 0300.0250.0.1 169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 0xa9.0xfe.0xa9.0xfe
169.254.43518 169.16689662 169.254.169.254. 100.64.0.1 100.127.255.255 100.100.100.200 192.0.0.1
192.0.0.192 168.63.129.16 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.175.48.1 198.18.0.1
198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 4294967295
# names that lead there
localhost.localdomain a.localhost ip6-localhost loopback metadata.google.internal rebind.example
""")

#: Whole addresses: what stands around the host.
URLS = [
    # user info
    "http://api.example.com@127.0.0.1:{p}/",
    "http://api.example.com:443@127.0.0.1:{p}/",
    "http://@127.0.0.1:{p}/",
    "http://:@127.0.0.1:{p}/",
    "http://user:word@127.0.0.1:{p}/",
    "http://127.0.0.1:{p}@api.example.com/",
    "http://a@b@127.0.0.1:{p}/",
    "http://api.example.com%40127.0.0.1:{p}/",
    "http://api.example.com\\@127.0.0.1:{p}/",
    "http://127.0.0.1:{p}\\@api.example.com/",
    "http://127.0.0.1:{p}#@api.example.com/",
    "http://127.0.0.1:{p}?@api.example.com/",
    "http://127.0.0.1:{p};api.example.com/",
    # slashes
    "http:/127.0.0.1:{p}/",
    "http:127.0.0.1:{p}/",
    "http:///127.0.0.1:{p}/",
    "http:////127.0.0.1:{p}/",
    "http:\\\\127.0.0.1:{p}\\",
    "http:/\\127.0.0.1:{p}/",
    "//127.0.0.1:{p}/",
    "127.0.0.1:{p}/",
    "/",
    "",
    "http://",
    "http://:{p}/",
    # white space and line ends
    " http://127.0.0.1:{p}/",
    "http://127.0.0.1:{p}/ ",
    "http:// 127.0.0.1:{p}/",
    "http://127.0.0.1 :{p}/",
    "http://127.0.0.1:{p}/\n",
    "ht\ntp://127.0.0.1:{p}/",
    "http://\t127.0.0.1:{p}/",
    "http://127.0.0.1:{p}/\r\nX: y",
    "http://127.0.0.1\x00.example.com:{p}/",
    "\ufeffhttp://127.0.0.1:{p}/",
    # schemes
    "HTTP://127.0.0.1:{p}/",
    "hTTp://127.0.0.1:{p}/",
    "https://127.0.0.1:{p}/",
    "ftp://127.0.0.1:{p}/",
    "file:///etc/passwd",
    "file://127.0.0.1:{p}/",
    "gopher://127.0.0.1:{p}/_x",
    "dict://127.0.0.1:{p}/",
    "ws://127.0.0.1:{p}/",
    "http+unix://127.0.0.1:{p}/",
    "url:http://127.0.0.1:{p}/",
    "javascript://127.0.0.1:{p}/",
    "data:text/html,x",
    # ports
    "http://127.0.0.1:{p}:80/",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:65536/",
    "http://127.0.0.1:+{p}/",
    "http://127.0.0.1:-1/",
    "http://127.0.0.1:{p}x/",
    "http://127.0.0.1:0x50/",
    "http://127.0.0.1:８０/",
    "http://127.0.0.1:/",
    "http://127.0.0.1: {p}/",
]

ALL = [*(f"http://{host}:{{p}}/" for host in HOSTS), *URLS]
#: What the names of the table resolve to; a name that is not here must not get as far as the resolver.
NAMES = {
    "localhost": ["127.0.0.1"],
    "localhost.localdomain": ["127.0.0.1"],
    "a.localhost": ["127.0.0.1", "::1"],
    "xn--localhost-.localhost": ["127.0.0.1"],
    "ip6-localhost": ["::1"],
    "loopback": ["127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "rebind.example": ["127.0.0.1"],
}

"""The Unsiloed extract contract: nested, flat and older fields, told apart field by field."""

"""The company's directory, by LDAP. Only `connection` speaks to it; nothing else imports ldap3."""

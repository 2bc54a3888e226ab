"""Mail: messages, mailboxes, Outlook's files, and all that is attached."""

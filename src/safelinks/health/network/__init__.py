"""The network: names looked up, connections made, requests sent, and what their failures mean."""

"""What programs are served: a JSON interface with its description, webhooks, the province's export."""

"""From the queue to the portal: claim, put, settle. Knows the ports, never an adapter."""

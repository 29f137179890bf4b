"""A.S.P., the web application for schools: pages made on the server, one module in the browser."""

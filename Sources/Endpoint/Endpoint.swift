// The HTTP endpoint of a service.

"""How examples are drawn here: by what comes out of them, however long it takes."""

from hypothesis import HealthCheck, settings

# A machine that stands still for a moment is no fault of an example.
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")

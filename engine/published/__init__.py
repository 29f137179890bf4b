"""Results for a class's teacher and head: pupils and domains in mastery groups, between two dates."""

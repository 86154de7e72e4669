/// A run was told to end: nothing more is asked for, what is not finished goes on with the next run.
struct Stopped: Error {}

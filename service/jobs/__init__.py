"""Long work: imports, snapshots, plans and files are made by jobs in a process of their own.

::

    asking.ask ─▶ row in `job` and a task in the queue (one transaction)
                      │
    worker ─ fetches the task ─▶ child process: kinds.KINDS[job.kind](work, parameters)
      │                              │ progress, result ─▶ row in `job` ─▶ notified ─▶ events
      └ kills it when somebody cancels; takes up what a dead worker left

A job is done once: whatever writes into the register names the change in the job's row in the same
transaction, other results are addressed by what they are made from, and a child holds a lock of the
database for as long as it works, so a second one waits for it to end.

Doors: `record` (ask, get, listed, cancel, workers, tally), `events.Watcher`, `kinds.KINDS`,
`exporting.EXPORTS`, `supervise.Supervisor`, `worker.work`.
"""

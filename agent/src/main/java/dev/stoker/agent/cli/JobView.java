package dev.stoker.agent.cli;

/** Shows how a job comes along. Used by one thread. */
sealed interface JobView extends AutoCloseable permits JobBars, JobLines {
  /** Bars where a person watches, lines elsewhere. */
  static JobView on(Context context) {
    return context.terminal()
        ? new JobBars(context.err())
        : new JobLines(context.err(), System::nanoTime);
  }

  void show(JobProgress progress);

  @Override
  void close();
}

package dev.stoker.io.daemon;

/**
 * The mount that holds sessions' folders.
 *
 * @param folder where it is; empty where there is none
 * @param problem why there is none, a clause; empty where it works
 * @param instance another one for each mount: who sees it change knows that all open files broke
 */
public record MountState(String folder, String problem, long instance) {
  /** There is none, and why. */
  public static MountState none(String problem) {
    return new MountState("", problem, 0);
  }

  public boolean works() {
    return problem.isEmpty();
  }
}

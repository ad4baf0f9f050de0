package dev.stoker.controller.protocol;

import java.util.List;

/**
 * Which version of each of its inputs a job reads. The first that is told stays, on every node, so
 * that no two frames of a job are made of two versions of a texture.
 */
public final class Pins {
  /** A large scene has 200,000 files; what comes beyond is pinned by each session for itself. */
  public static final int MOST_OF_JOB = 250_000;

  /** Of one call, in either direction; some 200 KB. */
  public static final int MOST_AT_ONCE = 2_000;

  /** Of a submission, whose body has its limit; the rest is pinned by the first node. */
  public static final int MOST_AT_SUBMIT = 20_000;

  /** A location's name and a path, PATH_MAX of Linux. */
  public static final int LONGEST_NAME = 4_200;

  /** An ETag is at most some hundred characters, the state of a file less. */
  public static final int LONGEST_VERSION = 512;

  /** {@code LOCATION/path}, which every store can keep. */
  public static final String NAME = "^[^/\\u0000]+/[^\\u0000]*$";

  /** What every store can keep. */
  public static final String VERSION = "^[^\\u0000]*$";

  private Pins() {}

  /**
   * One file.
   *
   * @param name {@code LOCATION/path}
   * @param version as agents understand it; the controller does not look into it
   */
  public record Pin(
      @Bounds(least = 2, most = LONGEST_NAME, pattern = NAME) String name,
      @Bounds(least = 1, most = LONGEST_VERSION, pattern = VERSION) String version) {}

  /**
   * {@code GET /v1/jobs/{id}/pins?after=&limit=}.
   *
   * @param generation changes when a person has the job pinned anew: then nothing holds that was
   *     told before
   * @param files how many are pinned in all
   * @param pins in the order in which they were told first
   * @param next pass it as {@code after} to learn what comes behind them, now or later
   * @param more whether there is more at once
   */
  public record Page(long generation, long files, List<Pin> pins, long next, boolean more) {
    public Page {
      pins = List.copyOf(pins);
    }
  }

  /**
   * {@code POST /v1/leases/{id}/pins}: versions that the attempt's session met.
   *
   * @param attempt the lease's attempt
   * @param generation of the page that it went by
   * @param met files that it found unpinned, at most {@link #MOST_AT_ONCE}
   */
  public record Met(int attempt, long generation, List<Pin> met) {
    public Met {
      met = List.copyOf(met);
    }
  }

  /**
   * Its answer.
   *
   * @param others those of the files that are pinned to another version than was met, with that one
   * @param unpinned how many the job had no room for
   */
  public record Settled(List<Pin> others, int unpinned) {
    public Settled {
      others = List.copyOf(others);
    }
  }
}

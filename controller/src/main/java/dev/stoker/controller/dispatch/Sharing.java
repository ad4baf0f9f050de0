package dev.stoker.controller.dispatch;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the nodes are shared, as the configuration says.
 *
 * @param projects by name; those that are not named have weight 1 and no cap
 * @param limits counted tokens, such as licences, by name; a step asks for them with the OpenJD
 *     amount {@code amount.NAME}
 * @param failureLimit after so many failed attempts a job is suspended for somebody to look; 0
 *     never
 */
public record Sharing(Map<String, Share> projects, Map<String, Limit> limits, int failureLimit) {
  /** A hundred failures in one job are no longer bad luck. */
  public static final int USUAL_FAILURE_LIMIT = 100;

  public static final Sharing EQUAL = new Sharing(Map.of(), Map.of(), USUAL_FAILURE_LIMIT);

  private static final Share USUAL = new Share(1, 0);

  public Sharing {
    projects = Map.copyOf(projects);
    Map<String, Limit> lower = new TreeMap<>();
    limits.forEach((name, limit) -> lower.put(name.toLowerCase(Locale.ROOT), limit));
    limits = Map.copyOf(lower);
    if (failureLimit < 0) {
      throw new IllegalArgumentException("The failure limit is negative; 0 means none.");
    }
  }

  /**
   * @param weight of two projects that both want nodes, one with twice the weight gets twice as
   *     many tasks running
   * @param cap most tasks running at once, 0 for no cap
   */
  public record Share(double weight, int cap) {
    public Share {
      if (!(weight > 0) || cap < 0) {
        throw new IllegalArgumentException(
            "A project's weight must be more than 0, and its cap 0 or more.");
      }
    }
  }

  /**
   * @param total tokens in all
   * @param perHost tokens on one node, 0 for no limit
   */
  public record Limit(int total, int perHost) {
    public Limit {
      if (total < 0 || perHost < 0) {
        throw new IllegalArgumentException("A limit's numbers must be 0 or more.");
      }
    }
  }

  Share project(String name) {
    return projects.getOrDefault(name, USUAL);
  }
}

package dev.stoker.controller.dispatch;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an hour of a machine costs.
 *
 * @param currency as people write it; empty where nothing is known
 * @param hourly by size of machine, as Azure names it
 * @param spot likewise, for machines that Azure may take away
 */
public record Prices(String currency, Map<String, Double> hourly, Map<String, Double> spot) {
  /** Nothing is known. */
  public static final Prices NONE = new Prices("", Map.of(), Map.of());

  public Prices {
    hourly = Map.copyOf(hourly);
    spot = Map.copyOf(spot);
  }

  /** Null where it is not known. */
  @Nullable Double hour(String vmSize, boolean isSpot) {
    return isSpot ? spot.get(vmSize) : hourly.get(vmSize);
  }
}

package dev.stoker.agent.demo;

import java.util.List;
import java.util.Locale;

/** Draws when each frame was fetched, rendered and published, as SVG. */
final class Timeline {
  private static final int WIDTH = 960;
  private static final int LABELS = 84;
  private static final int ROW = 26;
  private static final int BAR = 14;
  private static final int AXIS = 28;

  /** Finest to coarsest distance of the marks on the axis, in seconds. */
  private static final int[] TICKS = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600};

  private static final int MOST_TICKS = 12;

  private Timeline() {}

  static String svg(List<RunRecord.Frame> frames) {
    long start =
        frames.stream()
            .flatMap(f -> f.spans().stream())
            .mapToLong(RunRecord.Span::startMillis)
            .min()
            .orElse(0);
    long end =
        frames.stream()
            .flatMap(f -> f.spans().stream())
            .mapToLong(RunRecord.Span::endMillis)
            .max()
            .orElse(1);
    double scale = (WIDTH - LABELS - 8) / (double) Math.max(1, end - start);
    int height = frames.size() * ROW + AXIS;
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox='0 0 %d %d' role='img' aria-label='Timeline of all frames'>",
            WIDTH,
            height));
    axis(svg, end - start, scale, height);
    for (int i = 0; i < frames.size(); i++) {
      RunRecord.Frame frame = frames.get(i);
      int y = i * ROW + (ROW - BAR) / 2;
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x='%d' y='%d' class='label' text-anchor='end'>frame %d</text>",
              LABELS - 10,
              y + BAR - 3,
              frame.number()));
      for (RunRecord.Span span : frame.spans()) {
        svg.append(bar(span, start, scale, y));
      }
    }
    return svg.append("</svg>").toString();
  }

  private static String bar(RunRecord.Span span, long start, double scale, int y) {
    String name = span.stage().name().toLowerCase(Locale.ROOT);
    return String.format(
        Locale.ROOT,
        "<rect class='%s' x='%.1f' y='%d' width='%.1f' height='%d' rx='2'>"
            + "<title>%s: %.2f s</title></rect>",
        name,
        LABELS + (span.startMillis() - start) * scale,
        y,
        // A stage that took no time at all still happened.
        Math.max(1.5, (span.endMillis() - span.startMillis()) * scale - 0.5),
        BAR,
        name,
        (span.endMillis() - span.startMillis()) / 1000.0);
  }

  private static void axis(StringBuilder svg, long millis, double scale, int height) {
    int tick = TICKS[TICKS.length - 1];
    for (int i = TICKS.length - 1; i >= 0; i--) {
      tick = millis / 1000.0 / TICKS[i] <= MOST_TICKS ? TICKS[i] : tick;
    }
    for (int seconds = 0; seconds * 1000L <= millis; seconds += tick) {
      double x = LABELS + seconds * 1000L * scale;
      svg.append(
          String.format(
              Locale.ROOT,
              "<line class='tick' x1='%.1f' x2='%.1f' y1='0' y2='%d'/>"
                  + "<text class='label' x='%.1f' y='%d' text-anchor='middle'>%d s</text>",
              x,
              x,
              height - AXIS + 6,
              x,
              height - 6,
              seconds));
    }
  }
}

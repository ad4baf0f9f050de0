package dev.stoker.agent.demo;

import dev.stoker.agent.config.ByteSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;

/** Writes the run as one HTML file that needs nothing beside it. */
final class Report {
  private Report() {}

  static void write(RunRecord run, Path target) throws IOException {
    String page;
    try (InputStream in = Report.class.getResourceAsStream("report.html")) {
      if (in == null) {
        throw new IOException("report.html is not in Stoker's jar");
      }
      page = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    Map<String, String> parts =
        Map.of(
            "@TITLE@", title(run),
            "@TILES@", tiles(run),
            "@TIMELINE@", Timeline.svg(run.frames()),
            "@ROWS@", rows(run),
            "@FRAMES@", pictures(run));
    for (Map.Entry<String, String> part : parts.entrySet()) {
      page = page.replace(part.getKey(), part.getValue());
    }
    Files.writeString(target, page);
  }

  private static String title(RunRecord run) {
    return escaped(
        "%d frames with %s in %s"
            .formatted(run.frames().size(), run.renderer(), seconds(run.wallMillis())));
  }

  private static String tiles(RunRecord run) {
    return tile("frames", Integer.toString(run.frames().size()), "each published once")
        + tile("wall clock", seconds(run.wallMillis()), "from the command to the last frame here")
        + tile(
            "scene",
            ByteSize.format(run.sceneBytes()),
            run.sceneFiles() + " files, " + ByteSize.format(run.sentBytes()) + " sent to Blob")
        + tile("read from Blob", ByteSize.format(run.originBytes()), "by ranged requests")
        + tile(
            "cache hits",
            String.format(Locale.ROOT, "%.0f %%", 100 * run.cacheHitRate()),
            ByteSize.format(run.cachedBytes()) + " were on the node")
        + tile("published", ByteSize.format(run.publishedBytes()), "committed when granted");
  }

  private static String tile(String name, String value, String note) {
    return "<div class='tile'><span>%s</span><strong>%s</strong><small>%s</small></div>"
        .formatted(escaped(name), escaped(value), escaped(note));
  }

  private static String rows(RunRecord run) {
    StringBuilder rows = new StringBuilder();
    for (RunRecord.Frame frame : run.frames()) {
      rows.append("<tr><td>").append(frame.number()).append("</td><td>");
      rows.append(escaped(frame.node())).append("</td><td>").append(frame.attempts());
      for (RunRecord.Stage stage : RunRecord.Stage.values()) {
        rows.append("</td><td>").append(seconds(frame.millis(stage)));
      }
      rows.append("</td><td>").append(ByteSize.format(frame.originBytes()));
      rows.append("</td><td>").append(ByteSize.format(frame.cachedBytes()));
      rows.append("</td><td>").append(ByteSize.format(frame.publishedBytes())).append("</td></tr>");
    }
    return rows.toString();
  }

  private static String pictures(RunRecord run) throws IOException {
    StringBuilder figures = new StringBuilder();
    for (RunRecord.Frame frame : run.frames()) {
      String data = Base64.getEncoder().encodeToString(ContactSheet.thumbnail(frame.file()));
      figures.append(
          "<figure><a href='frames/%s'><img alt='frame %d' src='data:image/jpeg;base64,%s'></a><figcaption>frame %d</figcaption></figure>"
              .formatted(
                  escaped(frame.file().getFileName().toString()),
                  frame.number(),
                  data,
                  frame.number()));
    }
    return figures.toString();
  }

  static String seconds(long millis) {
    return String.format(Locale.ROOT, millis < 10_000 ? "%.2f s" : "%.1f s", millis / 1000.0);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;");
  }
}

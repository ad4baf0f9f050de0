package dev.stoker.agent.observe;

import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.io.daemon.CacheReport;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A node's view as a page of plain HTML that needs no script. Pure. */
final class StatusPage {
  private static final String STYLE =
      """
      body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c1c1c;background:#fff}
      table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}
      th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #ddd;vertical-align:top;overflow-wrap:anywhere}
      .bad{color:#a40000}.good{color:#0a6b2d}progress{width:7rem}
      @media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}th,td{border-color:#444}.bad{color:#ff8a80}.good{color:#7bd88f}}
      """;

  private static final double PERCENT = 100;

  private StatusPage() {}

  static String of(NodeView view, List<Warning> trouble) {
    StringBuilder page = new StringBuilder(4096);
    page.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width\">")
        .append("<meta http-equiv=\"refresh\" content=\"5\"><title>")
        .append(escaped(view.name()))
        .append(" · Stoker</title><style>")
        .append(STYLE)
        .append("</style></head><body><h1>")
        .append(escaped(view.name()))
        .append("</h1>");
    health(page, view);
    slots(page, view);
    cache(page, view.cache());
    trouble(page, trouble);
    return page.append("<p>Stoker ")
        .append(escaped(view.release()))
        .append(" · <a href=\"/metrics\">metrics</a> · <a href=\"/status.json\">JSON</a></p>")
        .append("</body></html>")
        .toString();
  }

  private static void health(StringBuilder page, NodeView view) {
    String problem = view.problem();
    if (problem != null) {
      page.append("<p class=\"bad\">Takes no work: ").append(escaped(problem)).append(".</p>");
    } else if (!view.registered()) {
      page.append("<p class=\"bad\">The controller does not know this node yet.</p>");
    } else if (!view.takesWork()) {
      page.append("<p>Takes no new work: it is drained, or the machine goes.</p>");
    } else {
      page.append("<p class=\"good\">Takes work.</p>");
    }
  }

  private static void slots(StringBuilder page, NodeView view) {
    page.append("<h2>Slots</h2><table><tr><th>Slot<th>Has<th>Task<th>Phase<th>Says</tr>");
    for (NodeView.SlotView slot : view.slots()) {
      List<NodeView.Held> held =
          view.leases().stream().filter(lease -> lease.lease().slotId().equals(slot.id())).toList();
      if (held.isEmpty()) {
        row(page, slot.id(), has(slot), "", "idle", "");
      }
      for (NodeView.Held lease : held) {
        Heartbeat.Held report = lease.report();
        row(
            page,
            slot.id(),
            has(slot),
            lease.lease().jobId()
                + " "
                + lease.lease().stepName()
                + " "
                + lease.lease().parameters(),
            phase(report),
            report.message());
      }
    }
    page.append("</table>");
  }

  private static String has(NodeView.SlotView slot) {
    String gpus = slot.gpus().isEmpty() ? "" : ", GPU " + String.join(", ", slot.gpus());
    return "CPU " + slot.cpus() + gpus + ", " + bytes(slot.memoryBytes());
  }

  private static String phase(Heartbeat.Held report) {
    String name = report.phase().name().toLowerCase(Locale.ROOT);
    return report.phaseFraction() < 0
        ? name
        : name + " " + Math.round(report.phaseFraction() * PERCENT) + " %";
  }

  private static void cache(StringBuilder page, @Nullable CacheReport cache) {
    page.append("<h2>Cache and transfers</h2>");
    if (cache == null) {
      page.append("<p class=\"bad\">The I/O process does not answer.</p>");
      return;
    }
    page.append("<table>");
    row(page, "Holds", bytes(cache.bytes()) + " of " + bytes(cache.ceilingBytes()));
    row(page, "Files", "" + cache.files());
    row(page, "Found here since its start", bytes(cache.hitBytes()));
    row(page, "Fetched since its start", bytes(cache.missBytes()));
    row(page, "Damaged grains", "" + cache.corruptGrains());
    page.append("</table>");
  }

  private static void trouble(StringBuilder page, List<Warning> trouble) {
    page.append("<h2>Last warnings</h2>");
    if (trouble.isEmpty()) {
      page.append("<p>None.</p>");
      return;
    }
    page.append("<table>");
    for (Warning line : trouble) {
      row(page, line.at().truncatedTo(ChronoUnit.SECONDS).toString(), line.text());
    }
    page.append("</table>");
  }

  private static void row(StringBuilder page, String... cells) {
    page.append("<tr>");
    for (String cell : cells) {
      page.append("<td>").append(escaped(cell));
    }
    page.append("</tr>");
  }

  static String bytes(long bytes) {
    if (bytes < 1L << 20) {
      return bytes + " B";
    }
    return bytes < 1L << 30
        ? String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1L << 20))
        : String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}

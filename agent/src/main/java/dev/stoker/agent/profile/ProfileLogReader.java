package dev.stoker.agent.profile;

import dev.stoker.agent.profile.RendererEvent.BadFrame;
import dev.stoker.agent.profile.RendererEvent.Missing;
import dev.stoker.agent.profile.RendererEvent.PeakMemory;
import dev.stoker.agent.profile.RendererEvent.Progress;
import dev.stoker.agent.profile.RendererEvent.Saved;
import dev.stoker.agent.profile.RendererEvent.Trouble;
import dev.stoker.controller.protocol.Finish;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Applies the profile whose banner was seen last, and those that hold everywhere; before any
 * banner, all of them.
 *
 * <p>Suspicions are held until the renderer's start-up script says that it checked everything,
 * which clears them, or until a frame is saved without that, which makes them missing files.
 */
final class ProfileLogReader implements LogReader {
  private static final double PERCENT = 100;

  /** More than this many names help nobody to see what is wrong. */
  static final int MAX_MISSING = 200;

  /** Longest line kept, in characters: a path (PATH_MAX 4096) three times over, escaped as JSON. */
  private static final int MAX_LINE_CHARS = 32 * 1024;

  private final List<RendererProfile> profiles;
  private final Set<String> reported = new HashSet<>();
  private final List<Missing> suspects = new ArrayList<>();
  private final Set<RendererProfile> writers = new LinkedHashSet<>();
  private @Nullable RendererProfile active;
  private boolean checked;
  private String logicalLine = "";
  private int lastPhysicalChars;

  ProfileLogReader(List<RendererProfile> profiles) {
    this.profiles = profiles;
  }

  @Override
  public void line(String line, Consumer<RendererEvent> events) {
    int from = 0;
    while (from <= line.length()) {
      int end = line.indexOf('\r', from);
      end = end < 0 ? line.length() : end;
      if (end > from) {
        physicalLine(line.substring(from, Math.min(end, from + MAX_LINE_CHARS)), events);
      }
      from = end + 1;
    }
  }

  private void physicalLine(String line, Consumer<RendererEvent> events) {
    for (RendererProfile profile : profiles) {
      Pattern banner = profile.banner();
      if (banner != null && banner.matcher(line).find()) {
        active = profile;
        writers.add(profile);
        checked = false;
        suspects.clear();
        logicalLine = "";
        return;
      }
    }
    RendererProfile writing = active;
    if (writing != null && apply(writing, unwrapped(writing, line), events)) {
      return;
    }
    for (RendererProfile profile : profiles) {
      boolean holds = writing == null || (profile.everywhere() && !profile.equals(writing));
      if (holds && apply(profile, line, events)) {
        return;
      }
    }
  }

  private String unwrapped(RendererProfile profile, String line) {
    boolean continues =
        profile.wrapsAtColumns() > 0
            && (line.startsWith(" ") || lastPhysicalChars == profile.wrapsAtColumns())
            && logicalLine.length() + line.length() <= MAX_LINE_CHARS;
    logicalLine = continues ? logicalLine + line : line;
    lastPhysicalChars = line.length();
    return logicalLine;
  }

  private boolean apply(RendererProfile profile, String line, Consumer<RendererEvent> events) {
    for (Rule rule : profile.rules()) {
      Map<String, String> values = rule.read(line).orElse(null);
      if (values != null) {
        happened(profile, rule, values, events);
        return true;
      }
    }
    return false;
  }

  private void happened(
      RendererProfile profile,
      Rule rule,
      Map<String, String> values,
      Consumer<RendererEvent> events) {
    String peak = values.get("peak");
    if (peak != null) {
      MemoryAmount.parse(peak).ifPresent(bytes -> events.accept(new PeakMemory(bytes)));
    }
    switch (rule.event()) {
      case PROGRESS -> events.accept(progress(rule, values));
      case SAVED -> saved(profile, values, events);
      case MISSING -> report(missing(rule, values), events);
      case SUSPECT -> {
        if (suspects.size() < MAX_MISSING) {
          suspects.add(missing(rule, values));
        }
      }
      case BAD -> bad(Rule.fill(rule.text(), values), events);
      case CHECKED -> {
        checked = true;
        suspects.clear();
      }
      case LICENCE, MEMORY, NODE, FAILURE -> trouble(rule, values, events);
      case PEAK -> {}
    }
  }

  private void trouble(Rule rule, Map<String, String> values, Consumer<RendererEvent> events) {
    Finish.Cause cause = rule.event().cause();
    String reason = Rule.fill(rule.text(), values);
    if (cause != null && reported.size() < MAX_MISSING && reported.add(cause + reason)) {
      events.accept(new Trouble(cause, reason, rule.retry(), rule.fatal()));
    }
  }

  @Override
  public Optional<Trouble> ended(int exitCode) {
    return active == null ? Optional.empty() : Optional.ofNullable(active.exits().get(exitCode));
  }

  @Override
  public List<String> lacking(List<String> missing, Set<String> found) {
    return MissingInputs.of(writers, missing, found);
  }

  private void saved(
      RendererProfile profile, Map<String, String> values, Consumer<RendererEvent> events) {
    events.accept(new Saved(values.getOrDefault("path", "")));
    String unchecked = profile.unchecked();
    if (unchecked != null && !checked) {
      suspects.forEach(suspect -> report(suspect, events));
      suspects.clear();
      bad(unchecked, events);
    }
  }

  private void report(Missing missing, Consumer<RendererEvent> events) {
    if (reported.size() < MAX_MISSING && reported.add(missing.name())) {
      events.accept(missing);
    }
  }

  private void bad(String reason, Consumer<RendererEvent> events) {
    if (reported.size() < MAX_MISSING && reported.add(reason)) {
      events.accept(new BadFrame(reason));
    }
  }

  private static Missing missing(Rule rule, Map<String, String> values) {
    return new Missing(Rule.fill(rule.name(), values), Rule.fill(rule.text(), values));
  }

  private static Progress progress(Rule rule, Map<String, String> values) {
    if (values.containsKey("percent")) {
      double ofAll = number(values, "percent", 0) / PERCENT;
      return new Progress(Math.clamp(ofAll, 0, 1), Rule.fill(rule.text(), values));
    }
    double done = number(values, "done", 0);
    double total = Math.max(1, number(values, "total", 1));
    double parts = Math.max(1, number(values, "parts", 1));
    // A part that is complete is counted among the parts in the next line only.
    double fraction = parts > 1 && done >= total ? 0 : done / total;
    double ofAll = (number(values, "part", 0) + fraction) / parts;
    return new Progress(Math.clamp(ofAll, 0, 1), Rule.fill(rule.text(), values));
  }

  private static double number(Map<String, String> values, String name, double otherwise) {
    String text = values.get(name);
    try {
      return text == null ? otherwise : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }
}

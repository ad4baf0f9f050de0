package dev.stoker.agent.local;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a local session, each with its time: handed out as they come, or kept for a document
 * at the end. Owned by the thread that runs the session.
 */
public final class Transcript {
  /**
   * What is kept beyond this would only fill memory: a document of 64 Mi characters is read by no
   * tool.
   */
  private static final long MOST_KEPT_CHARACTERS = 64L << 20;

  private static final DateTimeFormatter ISO =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSxxx");

  private final Clock clock;
  private final TimestampFormat format;
  private final @Nullable Consumer<Line> reader;
  private final List<Line> kept = new ArrayList<>();
  private long keptCharacters;
  private boolean full;
  private @Nullable Instant start; // of the first line

  /** How times are written. */
  public enum TimestampFormat {
    /** Since the session's start: {@code 0:00:01.500000}. */
    RELATIVE,
    /** ISO 8601 with this machine's offset. */
    LOCAL,
    /** ISO 8601 in UTC. */
    UTC
  }

  /** A line; {@link #toString} is how terminals show it. */
  public record Line(String timestamp, String message) {
    @Override
    public String toString() {
      return timestamp + "\t" + message;
    }
  }

  /**
   * @param reader gets each line at once; null: lines are kept for {@link #lines}
   */
  public Transcript(TimestampFormat format, Clock clock, @Nullable Consumer<Line> reader) {
    this.format = format;
    this.clock = clock;
    this.reader = reader;
  }

  void line(String message) {
    Instant first = start();
    Instant now = clock.instant();
    Line line = new Line(timestamp(now.isBefore(first) ? first : now), message);
    if (reader != null) {
      reader.accept(line);
    } else if (!full) {
      keptCharacters += message.length();
      full = keptCharacters > MOST_KEPT_CHARACTERS;
      kept.add(full ? new Line(line.timestamp(), "(the rest of the log was not kept)") : line);
    }
  }

  /** What was kept, in order. */
  public List<Line> lines() {
    return List.copyOf(kept);
  }

  /** When the session started, for people. */
  String startText() {
    return ISO.format(start().atZone(ZoneId.systemDefault()));
  }

  private Instant start() {
    Instant first = start == null ? clock.instant() : start;
    start = first;
    return first;
  }

  private String timestamp(Instant now) {
    return switch (format) {
      case RELATIVE -> {
        Duration since = Duration.between(start(), now);
        yield "%d:%02d:%02d.%06d"
            .formatted(
                since.toHours(),
                since.toMinutesPart(),
                since.toSecondsPart(),
                since.toNanosPart() / 1000);
      }
      case LOCAL -> ISO.format(now.atZone(ZoneId.systemDefault()));
      case UTC -> ISO.format(OffsetDateTime.ofInstant(now, ZoneOffset.UTC));
    };
  }
}

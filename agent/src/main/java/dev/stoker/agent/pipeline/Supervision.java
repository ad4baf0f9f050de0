package dev.stoker.agent.pipeline;

import dev.stoker.agent.config.ConfigFailure;
import dev.stoker.agent.config.TimeSpan;
import dev.stoker.agent.node.Gpu;
import dev.stoker.agent.profile.RendererEvent.Trouble;
import dev.stoker.agent.usage.UsageMeter;
import dev.stoker.agent.usage.UsageSampler;
import dev.stoker.controller.protocol.Finish.Cause;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Watches the processes of one attempt while it renders: tells the controller what they take, and
 * ends the attempt when they have done nothing at all for too long. Begun and closed by the slot's
 * thread; warns and ends by the sampler's.
 */
final class Supervision implements UsageMeter.Hears, AutoCloseable {
  /** Says how long this session's actions may do nothing: {@code off}, or a time such as 2h. */
  static final String PATIENCE_VARIABLE = "STOKER_STALL";

  private final Attempt attempt;
  private final AttemptListener listener;
  private final Duration usual;
  private final UsageMeter meter;

  /**
   * How a slot's attempts are watched.
   *
   * @param gpus the slot's
   * @param patience how long an attempt may do nothing; zero: for ever
   */
  record Rule(UsageSampler sampler, List<Gpu> gpus, Duration patience) {
    Rule {
      gpus = List.copyOf(gpus);
    }
  }

  /**
   * @param shim the process above all of the attempt's
   * @param groups control groups that hold its processes and no others
   */
  Supervision(Attempt attempt, AttemptListener listener, Rule rule, long shim, List<Path> groups) {
    this.attempt = attempt;
    this.listener = listener;
    this.usual = rule.patience();
    this.meter =
        rule.sampler()
            .measure(new UsageMeter.Subject(shim, groups, rule.gpus(), rule.patience(), this));
    attempt.held().measured(meter::usage);
    listener.measuredBy(meter);
  }

  /** Takes the word of the session's own environments. */
  void declared(Optional<String> patience) {
    if (patience.isPresent()) {
      String text = patience.get();
      try {
        meter.patience(
            text.equals("off") ? Duration.ZERO : TimeSpan.parse(PATIENCE_VARIABLE, text));
        return;
      } catch (ConfigFailure e) {
        attempt.log().remark(e.getMessage() + " It may also say off.");
      }
    }
    meter.patience(usual);
  }

  @Override
  public void still(Duration since, String doing) {
    String text =
        "has done nothing for %d min (no progress, CPU, I/O or GPU): %s"
            .formatted(since.toMinutes(), doing);
    attempt.log().remark("The renderer " + text + ".");
    attempt.held().warn(text);
  }

  @Override
  public void stalled(Duration since, String doing) {
    Trouble trouble = listener.trouble();
    Trouble licence = trouble != null && trouble.cause() == Cause.LICENCE_REFUSED ? trouble : null;
    String sentence =
        "The renderer stalled: for %s it did nothing (no progress, CPU, I/O or GPU)%s. It was ended; at that time %s."
            .formatted(
                since.toMinutes() > 0 ? since.toMinutes() + " min" : since.toSeconds() + " s",
                trouble == null ? "" : " after it said: " + trouble.reason(),
                doing);
    attempt.stop(
        new Attempt.Stop(
            Attempt.Stop.Kind.ENDED,
            sentence,
            new Failure(
                licence == null ? Cause.STALLED : Cause.LICENCE_REFUSED,
                licence == null ? null : licence.retry(),
                -1,
                sentence)));
  }

  @Override
  public void close() {
    listener.measuredBy(null);
    meter.close();
    attempt.took(meter.usage());
    attempt.held().measured(attempt::usage);
  }
}

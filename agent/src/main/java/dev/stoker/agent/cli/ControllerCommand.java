package dev.stoker.agent.cli;

import dev.stoker.agent.config.ConfigFailure;
import dev.stoker.agent.config.Settings;
import dev.stoker.agent.config.StokerFile;
import dev.stoker.controller.api.ControllerServer;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.dispatch.Prices;
import dev.stoker.controller.dispatch.Sharing;
import dev.stoker.controller.store.DatabaseAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stoker controller}: keeps the queue. */
@Command(name = "controller", description = "Run the controller.", sortOptions = false)
final class ControllerCommand implements Callable<Integer> {
  private static final int LONGEST_CURRENCY = 10;
  private static final int USUAL_KEEP_DAYS = 30;
  private static final int LONGEST_KEEP_DAYS = 36_500;

  private final Context context;

  @Option(
      names = "--insecure",
      description = "Listen beyond this machine without TLS and tokens all the same.")
  private boolean insecure;

  ControllerCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Logs.hearServices();
    try (Shutdown shutdown = Shutdown.onSignals()) {
      ControllerServer server =
          shutdown.closing(ControllerServer.start(settings(context.settings(), insecure)));
      context.ready(server.url().toString());
      shutdown.await();
    }
    return 0;
  }

  /** Where a queue of the controller's own lies. */
  static Path folder(Settings settings) {
    return settings.data().resolve("controller");
  }

  static ControllerSettings settings(Settings settings, boolean insecure) {
    InetSocketAddress listen = settings.listen();
    try {
      return new ControllerSettings(
              folder(settings),
              new InetSocketAddress(listen.getHostString(), listen.getPort()),
              tokens(settings),
              tls(settings.file().tls()),
              insecure)
          .withSharing(sharing(settings.file()))
          .withPrices(prices(settings.file().prices()))
          .withDatabase(settings.database().map(DatabaseAddress::parse).orElse(null))
          .withAzure(JoinPolicy.azure(settings))
          .withNodeTokenLife(JoinPolicy.nodeTokenLife(settings.file()))
          .withKeepJobs(keepJobs(settings.file().keepJobsDays()))
          .withNotify(NotifyPolicy.read(settings.file()));
    } catch (IllegalArgumentException e) {
      throw new ConfigFailure(String.valueOf(e.getMessage()));
    }
  }

  private static Duration keepJobs(@Nullable Integer days) {
    int count = days == null ? USUAL_KEEP_DAYS : days;
    if (count < 0 || count > LONGEST_KEEP_DAYS) {
      throw new ConfigFailure(
          "'keepJobsDays' is %d; it must be from 0, which is never, to %d."
              .formatted(count, LONGEST_KEEP_DAYS));
    }
    return Duration.ofDays(count);
  }

  private static ControllerSettings.@Nullable Tokens tokens(Settings settings) {
    return settings
        .token()
        .map(user -> new ControllerSettings.Tokens(settings.joinToken().orElse(user), user))
        .orElse(null);
  }

  private static Sharing sharing(StokerFile file) {
    Map<String, Sharing.Share> projects = new HashMap<>();
    file.projects()
        .forEach(
            (name, project) ->
                projects.put(
                    name,
                    new Sharing.Share(
                        project.weight() == null ? 1 : project.weight(),
                        project.cap() == null ? 0 : project.cap())));
    Map<String, Sharing.Limit> limits = new HashMap<>();
    file.limits()
        .forEach(
            (name, limit) -> {
              if (limit.total() == null) {
                throw new ConfigFailure("'limits.%s' needs a total.".formatted(name));
              }
              limits.put(
                  name,
                  new Sharing.Limit(limit.total(), limit.perHost() == null ? 0 : limit.perHost()));
            });
    Integer failures = file.failureLimit();
    return new Sharing(projects, limits, failures == null ? Sharing.USUAL_FAILURE_LIMIT : failures);
  }

  private static Prices prices(StokerFile.@Nullable Prices prices) {
    if (prices == null) {
      return Prices.NONE;
    }
    String currency = prices.currency();
    if (currency == null || currency.isBlank() || currency.length() > LONGEST_CURRENCY) {
      throw new ConfigFailure("'prices' in the configuration needs a currency, such as EUR.");
    }
    Stream.of(prices.hourly(), prices.spot())
        .flatMap(each -> each.entrySet().stream())
        .filter(entry -> !(entry.getValue() >= 0) || entry.getValue().isInfinite())
        .findFirst()
        .ifPresent(
            entry -> {
              throw new ConfigFailure(
                  "'prices' has %s for %s; a price must be 0 or more."
                      .formatted(entry.getValue(), entry.getKey()));
            });
    return new Prices(currency, prices.hourly(), prices.spot());
  }

  private static ControllerSettings.@Nullable Tls tls(StokerFile.@Nullable Tls tls) {
    if (tls == null) {
      return null;
    }
    if (tls.certificate() == null) {
      throw new ConfigFailure("'tls' in the configuration needs a certificate.");
    }
    return new ControllerSettings.Tls(
        Path.of(tls.certificate()), tls.password() == null ? "" : tls.password());
  }
}

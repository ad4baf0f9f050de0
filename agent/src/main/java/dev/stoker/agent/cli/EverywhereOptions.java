package dev.stoker.agent.cli;

import dev.stoker.agent.config.Flags;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that every command takes, before or after its name. */
final class EverywhereOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "Configuration (else ./stoker.yaml, ~/.config/stoker/stoker.yaml,"
              + " /etc/stoker/stoker.yaml).")
  private @Nullable Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "Folder of all state (else /var/lib/stoker as root, ~/.local/share/stoker).")
  private @Nullable Path data;

  @Option(
      names = "--controller",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description = "The controller (STOKER_CONTROLLER; else http://127.0.0.1:7420).")
  private @Nullable String controller;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "File that holds the token (else STOKER_TOKEN is the token itself).")
  private @Nullable Path tokenFile;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      scope = ScopeType.INHERIT,
      description = "Where the controller (of 'agent': its status page) listens; port 0 picks one.")
  private @Nullable String listen;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      scope = ScopeType.INHERIT,
      description = "Most memory for data in flight and cached, such as 512MiB.")
  private @Nullable String memory;

  @Option(
      names = "--imds",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description = "Azure's instance metadata service (STOKER_IMDS; else found on Azure alone).")
  private @Nullable String imds;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print one JSON document on stdout.")
  private boolean json;

  /** In picocli's place. */
  void set(Flags flags, boolean json) {
    config = flags.config();
    data = flags.data();
    controller = flags.controller();
    tokenFile = flags.tokenFile();
    listen = flags.listen();
    memory = flags.memory();
    imds = flags.imds();
    this.json = json;
  }

  boolean json() {
    return json;
  }

  Flags flags() {
    return new Flags(config, data, controller, tokenFile, listen, memory, imds);
  }
}

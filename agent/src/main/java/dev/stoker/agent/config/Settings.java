package dev.stoker.agent.config;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything a command may ask of its configuration, with flags, environment and file already
 * weighed. Immutable, except that {@link #token()} reads its file anew, so that it can be rotated.
 */
public final class Settings {
  /** Loopback: the controller has no TLS of its own, so nobody else is meant to reach it. */
  private static final String DEFAULT_LISTEN = "127.0.0.1:7420";

  private final Flags flags;
  private final Map<String, String> environment;
  private final StokerFile file;
  private final boolean asRoot;

  private Settings(Flags flags, Map<String, String> environment, StokerFile file, boolean asRoot) {
    this.flags = flags;
    this.environment = environment;
    this.file = file;
    this.asRoot = asRoot;
  }

  /**
   * Finds and reads the configuration: {@code --config}, {@code STOKER_CONFIG}, else the first of
   * {@code ./stoker.yaml}, {@code ~/.config/stoker/stoker.yaml}, {@code /etc/stoker/stoker.yaml}.
   *
   * @param folder the working folder
   * @throws ConfigFailure when the file cannot be read or holds something unknown
   */
  public static Settings load(Flags flags, Map<String, String> environment, Path folder) {
    Path home = Path.of(environment.getOrDefault("HOME", "/"));
    Optional<Path> named =
        Optional.ofNullable(flags.config())
            .or(() -> Optional.ofNullable(environment.get("STOKER_CONFIG")).map(Path::of));
    Optional<Path> found =
        named.or(
            () ->
                Stream.of(
                        folder.resolve("stoker.yaml"),
                        home.resolve(".config/stoker/stoker.yaml"),
                        Path.of("/etc/stoker/stoker.yaml"))
                    .filter(Files::isRegularFile)
                    .findFirst());
    StokerFile file = found.map(StokerFileReader::read).orElse(StokerFile.EMPTY);
    boolean asRoot = "root".equals(System.getProperty("user.name"));
    return new Settings(flags, Map.copyOf(environment), file, asRoot);
  }

  /** What the file alone says: cache, locations, origins, slots, reserve, user. */
  public StokerFile file() {
    return file;
  }

  /** The folder of all state, absolute; not necessarily existing. */
  public Path data() {
    return first(flags.data(), "STOKER_DATA", file.data())
        .map(Path::of)
        .orElseGet(
            () ->
                asRoot
                    ? Path.of("/var/lib/stoker")
                    : Path.of(
                        environment.getOrDefault(
                            "XDG_DATA_HOME",
                            environment.getOrDefault("HOME", "/tmp") + "/.local/share"),
                        "stoker"))
        .toAbsolutePath()
        .normalize();
  }

  /**
   * Where the controller is reached: http or https, without a trailing slash. A login counts where
   * nobody says otherwise.
   */
  public URI controller() {
    return uri(
        first(flags.controller(), "STOKER_CONTROLLER", file.controller())
            .or(() -> login().map(Login::controller))
            .orElse("http://" + DEFAULT_LISTEN));
  }

  private static URI uri(String text) {
    try {
      URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Told below, in our words.
    }
    throw new ConfigFailure(
        "The controller's address '%s' is no URL; write it as http://HOST:PORT.".formatted(text));
  }

  /** Whether anybody said where the controller is. */
  public boolean namesController() {
    return first(flags.controller(), "STOKER_CONTROLLER", file.controller()).isPresent()
        || login().isPresent();
  }

  /** The controller that environment or file name where that is another than this one. */
  public Optional<URI> otherController(URI than) {
    return first(null, "STOKER_CONTROLLER", file.controller())
        .map(Settings::uri)
        .filter(named -> !named.equals(than));
  }

  private Optional<Login> login() {
    return Login.read(Login.file(home()));
  }

  private Path home() {
    return Path.of(environment.getOrDefault("HOME", "/"));
  }

  /** What a person shows the controller: the configured token, else that of a login there. */
  public Optional<String> personToken() {
    return token()
        .or(
            () ->
                login()
                    .filter(login -> uri(login.controller()).equals(controller()))
                    .map(Login::token));
  }

  /** Keeps the controller and a token for it; the file that now holds them. */
  public Path keepLogin(String token) {
    Path kept = Login.file(home());
    try {
      new Login(controller().toString(), token).write(kept);
      return kept;
    } catch (IOException e) {
      throw new ConfigFailure("Cannot keep the login in %s: %s.".formatted(kept, e.getMessage()));
    }
  }

  /** Forgets the login; whether there was one. */
  public boolean forgetLogin() {
    Path kept = Login.file(home());
    try {
      return Files.deleteIfExists(kept);
    } catch (IOException e) {
      throw new ConfigFailure("Cannot remove %s: %s.".formatted(kept, e.getMessage()));
    }
  }

  /**
   * The shared secret, if one is configured: {@code --token-file}, {@code STOKER_TOKEN} (the token
   * itself), {@code token} in the file.
   */
  public Optional<String> token() {
    @Nullable Path tokenFile = flags.tokenFile();
    if (tokenFile == null) {
      return first(null, "STOKER_TOKEN", file.token()).map(String::strip);
    }
    try {
      String token = Files.readString(tokenFile).strip();
      if (token.isEmpty()) {
        throw new ConfigFailure("The token file %s is empty.".formatted(tokenFile));
      }
      return Optional.of(token);
    } catch (IOException e) {
      throw new ConfigFailure(
          "Cannot read the token file %s: %s.".formatted(tokenFile, e.getMessage()));
    }
  }

  /** What registers a node: the join token where there is one, else the ordinary one. */
  public Optional<String> joinToken() {
    return first(null, "STOKER_JOIN_TOKEN", file.joinToken()).map(String::strip).or(this::token);
  }

  /** Where the controller listens; port 0 lets the system pick. */
  public InetSocketAddress listen() {
    return address(first(flags.listen(), "STOKER_LISTEN", file.listen()).orElse(DEFAULT_LISTEN));
  }

  /**
   * Where the agent shows itself, if anybody said; {@code status: off} says nowhere.
   *
   * @param alone whether this process is an agent alone, so that {@code --listen} means it
   */
  public Optional<StatusAddress> status(boolean alone) {
    Optional<String> named =
        alone
            ? first(flags.listen(), "STOKER_LISTEN", file.status())
            : Optional.ofNullable(file.status());
    return named.map(text -> new StatusAddress(text.equals("off") ? null : address(text)));
  }

  /**
   * What was said of where the agent shows itself.
   *
   * @param address null: nowhere
   */
  public record StatusAddress(@Nullable InetSocketAddress address) {}

  private static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (colon > 0 && port >= 0 && port <= 65_535) {
        String host = text.substring(0, colon).replaceAll("^\\[(.*)]$", "$1");
        return InetSocketAddress.createUnresolved(host, port);
      }
    } catch (NumberFormatException e) {
      // Told below, in our words.
    }
    throw new ConfigFailure(
        "The address to listen on is '%s'; write it as HOST:PORT with a port from 0 to 65535."
            .formatted(text));
  }

  /** The PostgreSQL address of the queue that several controllers share, if there is one. */
  public Optional<String> database() {
    return first(null, "STOKER_DATABASE", file.database()).map(String::strip);
  }

  /** Most memory for data in flight and cached, in bytes, if anybody said. */
  public Optional<Long> memoryBytes() {
    return first(flags.memory(), "STOKER_MEMORY", file.memory())
        .map(text -> ByteSize.parse("memory", text));
  }

  /** How long an NFS server may say nothing at all, if anybody said. */
  public Optional<Duration> nfsTimeout() {
    return first(null, "STOKER_NFS_TIMEOUT", file.nfsTimeout())
        .map(
            text -> {
              // The variable has always been a number of seconds.
              String span = text.strip().matches("\\d+") ? text.strip() + "s" : text;
              Duration timeout = TimeSpan.parse("nfsTimeout", span);
              if (timeout.isZero()) {
                throw new ConfigFailure("nfsTimeout is '%s'; allow 1s at least.".formatted(text));
              }
              return timeout;
            });
  }

  /** Where Azure's metadata service answers, if anybody said; without a trailing slash. */
  public Optional<URI> imds() {
    return first(flags.imds(), "STOKER_IMDS", null)
        .map(text -> URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text));
  }

  private Optional<String> first(@Nullable Object flag, String variable, @Nullable String inFile) {
    if (flag != null) {
      return Optional.of(flag.toString());
    }
    @Nullable String fromEnvironment = environment.get(variable);
    return fromEnvironment != null && !fromEnvironment.isBlank()
        ? Optional.of(fromEnvironment)
        : Optional.ofNullable(inFile);
  }
}

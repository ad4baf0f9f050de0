package dev.stoker.controller.faults;

import dev.stoker.controller.StoreKind;
import dev.stoker.controller.api.ControllerProcess;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Controllers in processes of their own that are killed and started while others call them. */
final class Farm implements AutoCloseable {
  private static final long CALL_LASTS_MILLIS = 60_000;
  private static final long PAUSE_MILLIS = 30;

  private final List<ControllerSettings> settings = new ArrayList<>();
  private final List<ControllerProcess> running = new ArrayList<>();
  private final Map<URI, ControllerClient> clients = new ConcurrentHashMap<>();
  private final CountDownLatch never = new CountDownLatch(1);

  /** Two controllers on one database, or one with a file of its own. */
  static Farm start(StoreKind kind, List<ControllerSettings> settings) throws IOException {
    var farm = new Farm();
    int controllers = kind == StoreKind.SQLITE ? 1 : 2;
    for (int i = 0; i < controllers; i++) {
      farm.settings.add(settings.get(i));
      farm.running.add(ControllerProcess.start(settings.get(i)));
    }
    return farm;
  }

  /** Renders nothing for a while. */
  void pass(int millis) throws InterruptedException {
    never.await(millis, TimeUnit.MILLISECONDS);
  }

  /** SIGKILL for one of them, and a new process in its place. */
  void killOne(Random random) throws IOException, InterruptedException {
    int which = random.nextInt(settings.size());
    ControllerProcess old;
    synchronized (running) {
      old = running.get(which);
    }
    old.kill();
    ControllerProcess fresh = ControllerProcess.start(settings.get(which));
    synchronized (running) {
      running.set(which, fresh);
    }
  }

  /**
   * Calls any controller, and repeats the call until one answers, as agents do.
   *
   * @param token null where none is needed
   */
  <T> T call(Random random, String token, Function<ControllerClient, T> what)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CALL_LASTS_MILLIS);
    while (true) {
      URI url;
      synchronized (running) {
        url = running.get(random.nextInt(running.size())).url;
      }
      ControllerClient client =
          clients.computeIfAbsent(url, each -> new ControllerClient(each, null));
      try {
        return what.apply(token == null ? client : client.withToken(token));
      } catch (ControllerException e) {
        if (!e.retryable() || System.nanoTime() > end) {
          throw e;
        }
        never.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  @Override
  public void close() {
    clients.values().forEach(ControllerClient::close);
    synchronized (running) {
      running.forEach(ControllerProcess::close);
    }
  }
}

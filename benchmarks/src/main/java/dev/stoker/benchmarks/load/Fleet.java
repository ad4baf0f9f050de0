package dev.stoker.benchmarks.load;

import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** All simulated agents of a run. Used by one thread; the agents themselves live on the loop's. */
final class Fleet {
  private static final int REGISTERING_AT_ONCE = 64;
  private static final int LONGEST_REGISTRATION_SECONDS = 120;

  private final LoadLoop loop;
  private final List<SimulatedAgent> agents = new ArrayList<>();
  private final CompletableFuture<Boolean> registered = new CompletableFuture<>();
  private int unregistered; // the loop's thread only, once it runs

  /**
   * @param controllers agents are spread over them by turns
   */
  Fleet(LoadLoop loop, List<URI> controllers, int size, LoadPlan plan, Measured measured) {
    this.loop = loop;
    for (int i = 0; i < size; i++) {
      URI url = controllers.get(i % controllers.size());
      agents.add(new SimulatedAgent(loop, url, i, plan, measured));
    }
    unregistered = size;
  }

  /** Registers all agents, some at a time, and waits for it. */
  void register() throws InterruptedException, ExecutionException, TimeoutException {
    Iterator<SimulatedAgent> waiting = agents.iterator();
    loop.execute(
        () -> {
          for (int i = 0; i < REGISTERING_AT_ONCE; i++) {
            registerNext(waiting);
          }
        });
    registered.get(LONGEST_REGISTRATION_SECONDS, TimeUnit.SECONDS);
  }

  private void registerNext(Iterator<SimulatedAgent> waiting) {
    if (waiting.hasNext()) {
      Runnable then =
          () -> {
            unregistered--;
            if (unregistered == 0) {
              registered.complete(true);
            }
            registerNext(waiting);
          };
      waiting.next().register(then, registered::completeExceptionally);
    }
  }

  /** Sets them to work. */
  void start() {
    loop.execute(() -> agents.forEach(SimulatedAgent::start));
  }
}

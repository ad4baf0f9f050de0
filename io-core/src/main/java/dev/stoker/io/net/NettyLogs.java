package dev.stoker.io.net;

import io.netty.util.internal.logging.InternalLoggerFactory;

/** Where Netty's log goes. */
public final class NettyLogs {
  private NettyLogs() {}

  /**
   * Has Netty log its errors, and nothing else, to {@link System.Logger}; before anything else of
   * Netty is used. By itself it asks SLF4J first, which looks for its provider in every jar: 60 ms
   * of the start of a command.
   */
  public static void toSystemLogger() {
    InternalLoggerFactory.setDefaultFactory(
        new InternalLoggerFactory() {
          @Override
          protected NettyErrors newInstance(String name) {
            return new NettyErrors(name);
          }
        });
  }
}

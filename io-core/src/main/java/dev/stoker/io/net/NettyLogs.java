package dev.stoker.io.net;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;

/** Where Netty's log goes. */
public final class NettyLogs {
  private NettyLogs() {}

  /**
   * Has Netty log to {@code java.util.logging}; before anything else of Netty is used. By itself it
   * asks SLF4J first, which looks for its provider in every jar: 60 ms of the start of a command.
   */
  public static void toJavaUtilLogging() {
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
  }
}

package dev.stoker.controller.notify;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which addresses may be told anything. Whoever names an address makes the controller call it, so
 * it calls none that only this machine can reach: its own, a link's (the metadata service among
 * them), or Azure's host. A name is looked up once, and what was judged is what is connected to.
 */
final class Destinations {
  /** Azure's host, which hands out a machine's certificates and goal state to root's processes. */
  private static final byte[] AZURE_HOST = {(byte) 168, 63, (byte) 129, 16};

  private final Set<String> allowed;

  /**
   * @param allowed names and addresses that may be called all the same
   */
  Destinations(Set<String> allowed) {
    this.allowed = Set.copyOf(allowed.stream().map(each -> each.toLowerCase(Locale.ROOT)).toList());
  }

  /**
   * The address to connect to.
   *
   * @throws IOException when there is none, or none that may be called
   */
  InetAddress of(String host) throws IOException {
    String name = host.replaceFirst("^\\[(.*)]$", "$1").toLowerCase(Locale.ROOT);
    InetAddress[] all;
    try {
      all = InetAddress.getAllByName(name);
    } catch (UnknownHostException e) {
      throw new IOException("no such host is known here", e);
    }
    List<InetAddress> good = Arrays.stream(all).filter(each -> mayBeCalled(name, each)).toList();
    if (good.isEmpty()) {
      throw new Forbidden(
          "it is an address of this machine or its link; name it in 'notify.allow' if that is meant");
    }
    return good.getFirst();
  }

  private boolean mayBeCalled(String name, InetAddress address) {
    return allowed.contains(name)
        || allowed.contains(address.getHostAddress())
        || !(address.isLoopbackAddress()
            || address.isAnyLocalAddress()
            || address.isLinkLocalAddress()
            || address.isMulticastAddress()
            || Arrays.equals(address.getAddress(), AZURE_HOST)
            || isThisNetwork(address.getAddress()));
  }

  /** 0.0.0.0/8 reaches this machine on Linux; IPv4 in IPv6's clothes comes as IPv4 from Java. */
  private static boolean isThisNetwork(byte[] address) {
    return address.length == 4 && address[0] == 0;
  }

  /** It is not tried again: it will not become another address's. */
  static final class Forbidden extends IOException {
    Forbidden(String why) {
      super(why);
    }
  }
}

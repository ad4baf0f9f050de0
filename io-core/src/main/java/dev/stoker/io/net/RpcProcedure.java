package dev.stoker.io.net;

/**
 * What a call asks for.
 *
 * @param name for messages, such as {@code READ}
 */
public record RpcProcedure(int program, int version, int number, String name) {

  /** Procedure 0 of every program: does nothing, and so tells whether somebody is there. */
  public RpcProcedure nothing() {
    return new RpcProcedure(program, version, 0, "NULL");
  }
}

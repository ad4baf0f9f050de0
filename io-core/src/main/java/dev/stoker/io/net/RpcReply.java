package dev.stoker.io.net;

/**
 * What a server answered to a call that it accepted.
 *
 * @param results the procedure's results, up to the data that went to the caller's buffer
 * @param dataBytes how many bytes went there
 * @param unknownProcedure whether the server does not have the procedure; there are no results then
 */
public record RpcReply(XdrReader results, int dataBytes, boolean unknownProcedure) {}

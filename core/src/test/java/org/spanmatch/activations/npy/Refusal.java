package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;
import org.spanmatch.activations.ActivationsException;

/** Checks how bad input is refused. */
public final class Refusal {
  private Refusal() {}

  /** Expects one sentence that contains all the parts, in this order. */
  public static void assertRefused(Executable action, Object... parts) {
    String message = assertThrows(ActivationsException.class, action).getMessage();
    assertTrue(message.lines().count() == 1, () -> "not one line: " + message);
    assertFalse(message.contains("null"), () -> "says null: " + message);
    int from = 0;
    for (Object part : parts) {
      int found = message.indexOf(part.toString(), from);
      assertTrue(found >= 0, () -> "'" + part + "' is not in its place in: " + message);
      from = found + part.toString().length();
    }
  }
}

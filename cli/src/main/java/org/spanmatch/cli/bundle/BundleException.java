package org.spanmatch.cli.bundle;

import java.io.IOException;

/** A bundle can't be made; the message says why, and what to do. */
public final class BundleException extends IOException {
  private static final long serialVersionUID = 1L;

  BundleException(String message) {
    super(message);
  }
}

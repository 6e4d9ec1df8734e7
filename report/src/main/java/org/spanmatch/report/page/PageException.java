package org.spanmatch.report.page;

/** A file holds no result that the page can show; the message names the file. */
public final class PageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PageException(String message) {
    super(message);
  }

  PageException(String message, Throwable cause) {
    super(message, cause);
  }
}

package org.spanmatch.kernel.cuda;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * For tests that tell the stand-in what to do: they are skipped on a GPU, and the stand-in does
 * nothing unusual before and after each.
 */
final class StandInOnly implements BeforeEachCallback, AfterEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(StandInOnly.class);

  @Override
  public void beforeEach(ExtensionContext context) {
    StandIn.assumeInUse();
    context.getStore(NAMESPACE).put("begun", true);
    StandIn.behave();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    // A test that was skipped ends here too.
    if (context.getStore(NAMESPACE).get("begun") != null) {
      StandIn.behave();
    }
  }
}

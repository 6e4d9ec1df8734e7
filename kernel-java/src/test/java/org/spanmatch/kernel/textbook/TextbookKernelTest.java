package org.spanmatch.kernel.textbook;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.validation.contract.GramContract;
import org.spanmatch.validation.contract.MatchingContract;
import org.spanmatch.validation.contract.ProjectionKernelContract;

/** What the maker of a backend writes to test it. */
@Tag("once") // on one JDK: nothing here depends on which
class TextbookKernelTest {
  private static ProjectionKernel textbook() {
    return new TextbookKernel("handed in by a test");
  }

  @Nested
  class Distances extends ProjectionKernelContract {
    @Override
    protected ProjectionKernel open() {
      return textbook();
    }

    @Override
    protected int longRemovals() {
      return 40;
    }
  }

  @Nested
  class Grams extends GramContract {
    @Override
    protected ProjectionKernel open() {
      return textbook();
    }
  }

  @Nested
  class Matches extends MatchingContract {
    @Override
    protected ProjectionKernel open() {
      return textbook();
    }
  }
}

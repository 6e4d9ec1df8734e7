package org.spanmatch.cli.output;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.spanmatch.kernel.selection.CostProfile;

/** The profile of measured costs in the user's configuration folder. */
public final class UserProfile {
  private static final String FOLDER = "spanmatch";
  private static final String FILE = "profile.properties";

  private UserProfile() {}

  /** Where it is, or would be. */
  public static Path file() {
    return configuration().resolve(FOLDER).resolve(FILE);
  }

  private static Path configuration() {
    String windows = System.getenv("APPDATA");
    if (windows != null && System.getProperty("os.name").startsWith("Windows")) {
      return Path.of(windows);
    }
    // By the XDG Base Directory Specification, which has relative paths ignored.
    return HomeFolder.absolute(System.getenv("XDG_CONFIG_HOME"))
        .orElseGet(() -> HomeFolder.path().resolve(".config"));
  }

  /**
   * Reads it, if it is there.
   *
   * @param notes called with the reason if an existing profile can't be used
   */
  public static Optional<CostProfile> load(Consumer<String> notes) {
    Path file = file();
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String problem;
    try {
      return Optional.of(CostProfile.read(file));
    } catch (IOException e) {
      problem = "it can't be read: " + OutputFile.reason(e);
    } catch (IllegalArgumentException e) {
      problem = e.getMessage();
    }
    notes.accept(
        file
            + ": the profile is not used: "
            + problem
            + "; 'spanmatch bench --save-profile' makes a new one");
    return Optional.empty();
  }

  /**
   * Replaces it.
   *
   * @throws OutputException if it can't be written
   */
  public static void save(CostProfile profile) {
    Path file = file();
    if (!HomeFolder.exists() && file.startsWith(HomeFolder.path())) {
      throw new OutputException(
          "the profile can't be saved: there is no home folder; name one for it with the variable"
              + " XDG_CONFIG_HOME",
          null);
    }
    OutputFile.checkFolder(file.getParent());
    OutputFile.write(file, out -> out.write(profile.text().getBytes(StandardCharsets.UTF_8)));
  }
}

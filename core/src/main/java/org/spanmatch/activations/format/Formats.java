package org.spanmatch.activations.format;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** The formats that can be read: those of this module, then those that others provide. */
final class Formats {
  private static final Logger LOGGER = System.getLogger(Formats.class.getName());

  // Those that the loader of this class knows, whatever thread asks; looked for once, since a
  // program may open very many files.
  private static final Formats OWN = new Formats(List.of(), Formats.class.getClassLoader());

  private final List<ActivationFormat> all;

  private Formats(List<ActivationFormat> known, ClassLoader loader) {
    all = new ArrayList<>(known);
    add(ServiceLoader.load(ActivationFormat.class, loader));
    all.sort((a, b) -> Boolean.compare(isForeign(a), isForeign(b)));
  }

  /** Finds all formats. */
  static Formats load() {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    return loader == null || loader == Formats.class.getClassLoader()
        ? OWN
        : new Formats(OWN.all, loader);
  }

  private void add(ServiceLoader<ActivationFormat> loader) {
    Iterator<ActivationFormat> providers = loader.iterator();
    while (true) {
      try {
        if (!providers.hasNext()) {
          return;
        }
        ActivationFormat format = providers.next();
        if (all.stream().noneMatch(known -> known.getClass() == format.getClass())) {
          all.add(format);
        }
      } catch (ServiceConfigurationError | LinkageError e) {
        // One broken jar must not hide the other formats.
        LOGGER.log(Level.WARNING, "a file format on the class path can't be loaded: " + e);
      }
    }
  }

  private static boolean isForeign(ActivationFormat format) {
    return !format.getClass().getPackageName().startsWith("org.spanmatch.activations.");
  }

  List<ActivationFormat> all() {
    return all;
  }

  /** How files in these formats are usually called, such as ".npy, .npz or .safetensors". */
  String names() {
    List<String> suffixes = all.stream().map(format -> format.suffixes().get(0)).toList();
    int last = suffixes.size() - 1;
    return String.join(", ", suffixes.subList(0, last)) + " or " + suffixes.get(last);
  }

  /** The format whose files have names with such an ending; the first if none has. */
  ActivationFormat bySuffix(String file) {
    Optional<ActivationFormat> named =
        all.stream().filter(format -> format.suffix(file).isPresent()).findFirst();
    return named.orElse(all.get(0));
  }
}

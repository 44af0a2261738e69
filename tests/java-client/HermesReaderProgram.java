/*
 * Hermes' own classes read nodes of ZooKeeper, with the settings of Hermes' own mapper, as its repositories do. Takes pairs of a
 * kind and a node as base64. Prints a line each: the kind and what Hermes would write back, or the kind, "!" and why it cannot
 * read the node. Run from its source: java -cp <jars> HermesReaderProgram.java <kind> <node> …
 */
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Base64;
import java.util.Map;
import pl.allegro.tech.hermes.api.Group;
import pl.allegro.tech.hermes.api.OAuthProvider;
import pl.allegro.tech.hermes.api.Subscription;
import pl.allegro.tech.hermes.api.Topic;
import pl.allegro.tech.hermes.common.di.factories.ObjectMapperFactory;

public final class HermesReaderProgram {
  private static final Map<String, Class<?>> KINDS =
      Map.of(
          "group", Group.class,
          "topic", Topic.class,
          "subscription", Subscription.class,
          "provider", OAuthProvider.class);

  public static void main(String[] arguments) {
    ObjectMapper mapper = new ObjectMapperFactory().provide();
    for (int n = 0; n + 1 < arguments.length; n += 2) {
      byte[] node = Base64.getDecoder().decode(arguments[n + 1]);
      System.out.println(arguments[n] + " " + writtenBack(mapper, KINDS.get(arguments[n]), node));
    }
  }

  private static String writtenBack(ObjectMapper mapper, Class<?> kind, byte[] node) {
    try {
      return mapper.writeValueAsString(mapper.readValue(node, kind));
    } catch (Exception problem) {
      return "! " + problem.toString().lines().findFirst().orElse("");
    }
  }
}

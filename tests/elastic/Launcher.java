import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;

/** Starts one node: Launcher HOME key=value ... */
public final class Launcher {
    public static void main(String[] arguments) throws Exception {
        // First of all: without it the start ends in a NullPointerException of the logger factory.
        LogConfigurator.configureESLogging();
        Path home = Path.of(arguments[0]);
        Map<String, String> given = new HashMap<>();
        for (int i = 1; i < arguments.length; i++) {
            int at = arguments[i].indexOf('=');
            given.put(arguments[i].substring(0, at), arguments[i].substring(at + 1));
        }
        Settings base = Settings.builder().put("path.home", home.toString()).build();
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
            base, given, home.resolve("config"), () -> "node");
        LogConfigurator.setNodeName(given.getOrDefault("node.name", "node"));
        LogConfigurator.configureWithoutConfig(environment.settings());
        Node node = new Node(environment);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
                node.awaitClose(20, TimeUnit.SECONDS);
            } catch (Exception error) {
                error.printStackTrace();
            }
        }));
        node.start();
        new CountDownLatch(1).await();
    }
}

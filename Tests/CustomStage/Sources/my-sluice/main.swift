import Commands
import Pipelines

var registry = Registry.standard
registry.register(MaskAddresses.self)
registry.register(LoseOne.self)
await Sluice.main(registry: registry)

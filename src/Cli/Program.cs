using Mlops.Cli;

return await new MlopsCommand(StepScreen.Terminal(), Console.Out).RunAsync(args);

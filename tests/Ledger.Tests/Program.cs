using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Pujiang.Ledger.Tests;

static class Program
{
    static async Task<int> Main(string[] args)
    {
        if (Environment.GetEnvironmentVariable(ChildProcess.Job) is { } job)
        {
            await ChildProcess.Live(job);
            return 0;
        }
        // The rest is what xunit would have generated.
        return args.Any(arg => arg is "-automated" or "@@")
            ? await ConsoleRunner.Run(args)
            : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }
}

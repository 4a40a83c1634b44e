namespace Pujiang.City;

/// <summary>
/// Whoever starts the city holds the other end of its input. When that end is closed, because the bank has stopped or was
/// killed, the city stops too.
/// </summary>
static class StopWithInput
{
    public static void Watch(WebApplication app)
    {
        var watch = new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            Span<byte> ignored = stackalloc byte[64];
            while (input.Read(ignored) > 0) { }
            app.Lifetime.StopApplication();
        })
        { IsBackground = true, Name = "input" };
        watch.Start();
    }
}

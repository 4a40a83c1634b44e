using System.Collections.Concurrent;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.CircuitBreaker;

namespace Pujiang.Platform;

/// <summary>
/// One circuit breaker for each destination: who is down is left alone for a while, instead of being asked for each message.
/// </summary>
/// <remarks>Retrying is not done here: a plan that lives in the database outlives the process.</remarks>
sealed class Circuits(TimeProvider clock)
{
    /// <summary>How long a receiver may take to answer.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>How long a circuit stays open.</summary>
    public static readonly TimeSpan Break = TimeSpan.FromSeconds(30);

    readonly ConcurrentDictionary<string, Circuit> _circuits = new(StringComparer.Ordinal);

    public Circuit Of(string destination) => _circuits.GetOrAdd(destination, _ => new Circuit(clock));

    /// <summary>Timeout and circuit breaker around the requests to one destination.</summary>
    internal sealed class Circuit
    {
        readonly ResiliencePipeline<HttpResponseMessage> _pipeline;
        readonly TimeProvider _clock;
        readonly CircuitBreakerStateProvider _state = new();
        DateTime _openUntil;

        public Circuit(TimeProvider clock)
        {
            _clock = clock;
            // Four of five requests that fail within a minute open it; one request probes when the break is over.
            _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
                .AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
                {
                    FailureRatio = 0.8,
                    MinimumThroughput = 5,
                    SamplingDuration = TimeSpan.FromMinutes(1),
                    BreakDuration = Break,
                    StateProvider = _state,
                    OnOpened = opened =>
                    {
                        _openUntil = clock.UtcNow() + opened.BreakDuration;
                        return ValueTask.CompletedTask;
                    },
                })
                .AddTimeout(new HttpTimeoutStrategyOptions { Timeout = Timeout })
                .Build();
        }

        /// <summary>Until when nothing is sent; a time that is past when the circuit is closed, or may be probed.</summary>
        public DateTime OpenUntil => _openUntil;

        public bool IsOpen => _clock.UtcNow() < _openUntil;

        /// <summary>The receiver was down when it was last asked; one request shall show whether it still is.</summary>
        public bool WantsProbe => _state.CircuitState != CircuitState.Closed;

        public async Task<HttpResponseMessage> Send(Func<CancellationToken, ValueTask<HttpResponseMessage>> request, CancellationToken cancel) =>
            await _pipeline.ExecuteAsync(request, cancel);
    }
}

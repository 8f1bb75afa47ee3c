using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Mlops.EndToEnd;

/// <summary>Counts the requests that a host is answering.</summary>
internal sealed class RequestCount : IStartupFilter
{
    private int _underWay;

    public int UnderWay => Volatile.Read(ref _underWay);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (http, rest) =>
        {
            Interlocked.Increment(ref _underWay);
            try
            {
                await rest(http);
            }
            finally
            {
                Interlocked.Decrement(ref _underWay);
            }
        });
        next(app);
    };
}

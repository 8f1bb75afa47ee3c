using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Mlops.Api;
using Mlops.Api.Serving;
using Mlops.Http.Telemetry;
using Mlops.Storage;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddSqliteStorage(builder.Configuration["MLOPS_DATA"] ?? ".mlops");
builder.Services.AddOtlpExport(builder.Configuration, "mlops-api");
builder.Services.AddRootEndpoint(builder.Configuration);
builder.AddApi();
builder.Build().Run();

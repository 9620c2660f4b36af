using System.Text.Json;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using IdentityProvider.Benchmarks.Allocations;

// For the benchmarks in Node: one line of JSON, bytes by the benchmark's name. In this process, since the server is: its settings come by the environment.
var job = Job.Default.WithToolchain(InProcessNoEmitToolchain.Instance).WithWarmupCount(2).WithIterationCount(3).WithInvocationCount(1000).WithUnrollFactor(1);
var config = ManualConfig.CreateEmpty().AddJob(job).AddDiagnoser(MemoryDiagnoser.Default).AddLogger(NullLogger.Instance);
var summary = BenchmarkRunner.Run<ClientCredentials>(config);
if (summary.HasCriticalValidationErrors || summary.Reports.IsEmpty || summary.Reports.Any(report => !report.Success))
    return 1;
Console.WriteLine(JsonSerializer.Serialize(summary.Reports.ToDictionary(
    report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name, report => report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0)));
return 0;

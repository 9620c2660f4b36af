using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdentityProvider.Storage.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class SignalStreams : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "SignalEvents",
                columns: table => new
                {
                    EventId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Sequence = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    StreamId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Kind = table.Column<int>(type: "int", nullable: false),
                    UserId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    SessionId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    Detail = table.Column<string>(type: "nvarchar(1000)", maxLength: 1000, nullable: true, collation: "Latin1_General_100_BIN2"),
                    CreatedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SignalEvents", x => x.EventId);
                });

            migrationBuilder.CreateTable(
                name: "SignalPeople",
                columns: table => new
                {
                    ClientId = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false, collation: "Latin1_General_100_BIN2"),
                    UserId = table.Column<Guid>(type: "uniqueidentifier", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SignalPeople", x => new { x.ClientId, x.UserId });
                });

            migrationBuilder.CreateTable(
                name: "SignalStreams",
                columns: table => new
                {
                    StreamId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ClientId = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false, collation: "Latin1_General_100_BIN2"),
                    EndpointUrl = table.Column<string>(type: "nvarchar(2000)", maxLength: 2000, nullable: true, collation: "Latin1_General_100_BIN2"),
                    SealedAuthorization = table.Column<byte[]>(type: "varbinary(1100)", maxLength: 1100, nullable: true),
                    EventsRequested = table.Column<string>(type: "nvarchar(max)", maxLength: 10050, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Delivered = table.Column<int>(type: "int", nullable: false),
                    Description = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: true, collation: "Latin1_General_100_BIN2"),
                    Status = table.Column<int>(type: "int", nullable: false),
                    StatusReason = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: true, collation: "Latin1_General_100_BIN2"),
                    CreatedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    VerifiedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    Version = table.Column<int>(type: "int", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SignalStreams", x => x.StreamId);
                    table.ForeignKey(
                        name: "FK_SignalStreams_Clients_ClientId",
                        column: x => x.ClientId,
                        principalTable: "Clients",
                        principalColumn: "ClientId",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "SignalRemovedSubjects",
                columns: table => new
                {
                    StreamId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Subject = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_100_BIN2")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SignalRemovedSubjects", x => new { x.StreamId, x.Subject });
                    table.ForeignKey(
                        name: "FK_SignalRemovedSubjects_SignalStreams_StreamId",
                        column: x => x.StreamId,
                        principalTable: "SignalStreams",
                        principalColumn: "StreamId",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.InsertData(
                table: "Topics",
                columns: new[] { "Name", "Version" },
                values: new object[] { "signal_streams", 1L });

            migrationBuilder.CreateIndex(
                name: "IX_SignalEvents_ExpiresAt",
                table: "SignalEvents",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_SignalEvents_StreamId_Sequence",
                table: "SignalEvents",
                columns: new[] { "StreamId", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_SignalPeople_UserId",
                table: "SignalPeople",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_SignalStreams_ClientId",
                table: "SignalStreams",
                column: "ClientId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "SignalEvents");

            migrationBuilder.DropTable(
                name: "SignalPeople");

            migrationBuilder.DropTable(
                name: "SignalRemovedSubjects");

            migrationBuilder.DropTable(
                name: "SignalStreams");

            migrationBuilder.DeleteData(
                table: "Topics",
                keyColumn: "Name",
                keyValue: "signal_streams");
        }
    }
}
